"""Recording: a proxy between any client and the service, which writes what passes into a cassette."""
