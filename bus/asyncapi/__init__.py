"""AsyncAPI documents of versions 2 and 3 as scenarios, and scenarios as AsyncAPI 3.0. https://www.asyncapi.com/docs/reference"""
