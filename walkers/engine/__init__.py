"""The engine: random streams, batches, executors, the store. It knows no physics."""
