"""What templates may say: the tags and filters of {% load quayside %}."""
