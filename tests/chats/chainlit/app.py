"""A team's first Chainlit app: what is asked goes to a model, what it says is streamed."""

import os

import chainlit as cl
import httpx


@cl.on_message
async def answer(message: cl.Message) -> None:
    reply = cl.Message(content="")
    async with (
        httpx.AsyncClient(timeout=None) as client,
        client.stream("POST", os.environ["MODEL_URL"], json={"prompt": message.content}) as words,
    ):
        async for word in words.aiter_text():
            await reply.stream_token(word)
    await reply.update()
