"""The only writer: carries chains of steps out and tells what happens as a stream of events."""
