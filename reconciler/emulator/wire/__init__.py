"""The API's shapes: what a request may say, what an answer looks like. Pure, without storage or network."""
