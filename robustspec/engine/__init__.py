"""The run: plan, cases, dispatch, store, judgement, results."""
