"""What the sandbox adds to moto so that it answers as AWS does where the two differ.

`application` puts the parts together; every other file adds one thing and names the AWS page it follows.
"""
