// An app of the AI SDK with its telemetry, exported as the command line says: `http` for
// JSON, `proto` for protobuf. Where to is told by the usual environment variables. Prints
// the ids a page could know.

import { createOpenAI } from "@ai-sdk/openai";
import { trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";

const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${process.argv[2]}`);
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": "shop-assistant" }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();

const model = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: "none" }).chat("gpt-4o-mini");
const telemetry = (metadata = {}) => ({ isEnabled: true, functionId: "support", metadata });

async function plain() {
  const asked = { model, system: "Be brief.", prompt: "How do I return a parcel?", experimental_telemetry: telemetry() };
  return (await generateText(asked)).response.id;
}

async function streamed() {
  const messages = [{ role: "user", content: [{ type: "text", text: "And by post?" }] }];
  const answer = streamText({ model, system: "Be brief.", messages, experimental_telemetry: telemetry() });
  for await (const _ of answer.textStream);
  return (await answer.response).id;
}

/** Two calls for one answer, within the span of a request. */
function withATool() {
  const about = { userId: "u-42", conversationId: "c-7", "tacit.prompt_version": "support@14", "tacit.arms.tone": "b" };
  const parameters = { type: "object", properties: { city: { type: "string" } } };
  const weather = tool({ inputSchema: jsonSchema(parameters), execute: async () => "4 °C, rain" });
  return trace.getTracer("app").startActiveSpan("POST /chat", async (span) => {
    const answer = await generateText({
      model,
      prompt: "What is the weather in Oslo?",
      tools: { get_weather: weather },
      stopWhen: stepCountIs(5),
      experimental_telemetry: telemetry(about),
    });
    span.end();
    const { traceId, spanId } = span.spanContext();
    return { steps: answer.steps.map((step) => step.response.id), trace: traceId, span: spanId };
  });
}

const told = { plain: await plain(), streamed: await streamed(), ...(await withATool()) };
await provider.shutdown();
console.log(JSON.stringify(told));
