// The formats there are.

export const FORMATS = [
  ["trl-sft", "prompts and good answers, for TRL"],
  ["trl-sft-chat", "the same as one list of messages"],
  ["trl-dpo", "pairs: preferred and not"],
  ["trl-kto", "answers, good or bad"],
  ["trl-reward", "pairs and how much better, for a reward model"],
  ["openai-sft", "chats, as OpenAI, Azure, Together and Fireworks take them"],
  ["openai-dpo", "pairs, as they take them"],
  ["rag", "answers to retrieved documents, for ragas"],
  ["evals-inspect", "test cases for Inspect"],
  ["evals-promptfoo", "test cases for promptfoo"],
];

export const LABELS = [
  ["labels", "every label with its reasons, a line each"],
  ["labels-csv", "the same as a table"],
  ["labels-parquet", "the same with typed columns"],
];
