"""The nouns as the API shows them: for each a marshmallow schema, and a function that fills it."""
