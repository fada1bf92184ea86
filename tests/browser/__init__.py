"""The editor as a person uses it, in a real browser: `serving` starts it, `visiting` opens it, `acting` uses it."""
