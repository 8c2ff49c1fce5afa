"""What those who run central need: health, and events that could not be delivered."""
