"""How the networks that come with Noiseloom were trained; nothing else imports it."""
