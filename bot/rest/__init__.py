"""What the REST API understands and what it answers: pure translations between JSON and our own words."""
