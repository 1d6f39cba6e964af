"""An app that asks the OpenAI client, instrumented by what the command line names. Where
spans go is told by the usual environment variables. Prints the ids a page could know."""

import importlib
import json
import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "shop-assistant"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
importlib.import_module(sys.argv[1]).OpenAIInstrumentor().instrument()

from openai import OpenAI  # noqa: E402: after it is instrumented

client = OpenAI(api_key="none")
tracer = trace.get_tracer("app")
SYSTEM = {"role": "system", "content": "Be brief."}
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}


def ask(messages, **more):
    return client.chat.completions.create(model="gpt-4o-mini", messages=messages, **more)


def plain():
    return ask([SYSTEM, {"role": "user", "content": "How do I return a parcel?"}]).id


def streamed():
    messages = [SYSTEM, {"role": "user", "content": "And by post?"}]
    chunks = list(ask(messages, stream=True, stream_options={"include_usage": True}))
    return chunks[-1].id


def with_a_tool():
    """Two calls for one answer, within the span of a request."""
    about = {"user.id": "u-42", "gen_ai.conversation.id": "c-7", "tacit.prompt_version": "support@14", "tacit.arms.tone": "b"}
    with tracer.start_as_current_span("POST /chat", attributes=about) as span:
        messages = [{"role": "user", "content": "What is the weather in Oslo?"}]
        first = ask(messages, tools=[WEATHER])
        [call] = first.choices[0].message.tool_calls
        messages += [first.choices[0].message.model_dump(exclude_none=True), {"role": "tool", "tool_call_id": call.id, "content": "4 °C, rain"}]
        second = ask(messages, tools=[WEATHER])
        context = span.get_span_context()
        return {"steps": [first.id, second.id], "trace": f"{context.trace_id:032x}", "span": f"{context.span_id:016x}"}


told = {"plain": plain(), "streamed": streamed(), **with_a_tool()}
provider.shutdown()
print(json.dumps(told))
