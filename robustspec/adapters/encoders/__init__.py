"""What models that embed pictures and texts share: prompts, towers, embeddings kept by content, tasks, the order head."""
