"""The LLM client against an independent server, PyPI's `llmock`: `make llmock`.

It has an environment of its own, because llmock brings a pytest plugin that sets OPENAI_* for everybody.
"""
