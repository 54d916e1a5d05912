"""Pure readers of the engine's JSON: any JSON becomes a fact or BadAnswer, and never another error."""
