"""Runs a module that needs the product's models: `python -m bench.launch bench.engine 1000`."""

import runpy
import sys

import django

if __name__ == "__main__":
    django.setup()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
