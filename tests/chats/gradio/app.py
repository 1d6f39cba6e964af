"""Gradio's chat over a model, with the buttons that it offers."""

import os

import gradio as gr
import httpx


def answer(message, history):
    text = ""
    with httpx.stream("POST", os.environ["MODEL_URL"], json={"prompt": message}, timeout=None) as words:
        for word in words.iter_text():
            text += word
            yield text


chatbot = gr.Chatbot(buttons=["copy", "copy_all"], height=480)
chat = gr.ChatInterface(answer, chatbot=chatbot, editable=True, flagging_mode="manual", flagging_dir=os.environ["FLAGS"])
chat.launch(server_name="127.0.0.1", server_port=int(os.environ["PORT"]), quiet=True)
