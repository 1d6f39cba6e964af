"""The chat of Streamlit's tutorial, with its thumbs, over a model."""

import os

import httpx
import streamlit as st


def words(prompt):
    with httpx.stream("POST", os.environ["MODEL_URL"], json={"prompt": prompt}, timeout=None) as answer:
        yield from answer.iter_text()


def show(number, message):
    with st.chat_message(message["role"]):
        st.markdown(message["content"])
        if message["role"] == "assistant":
            st.feedback("thumbs", key=f"feedback_{number}")


messages = st.session_state.setdefault("messages", [])
for number, message in enumerate(messages):
    show(number, message)

if prompt := st.chat_input("Ask something"):
    messages.append({"role": "user", "content": prompt})
    with st.chat_message("user"):
        st.markdown(prompt)
    with st.chat_message("assistant"):
        text = st.write_stream(words(prompt))
    messages.append({"role": "assistant", "content": text})
    st.rerun()
