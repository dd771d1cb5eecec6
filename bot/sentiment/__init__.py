"""Rating what clients write: `bot.sentiment.rater.Rater.assess(burst) -> Assessment`."""
