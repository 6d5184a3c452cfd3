"""The service between the database and the laboratory's computational units, over MQTT."""
