"""What the city offers: halls, the spaces they take up, the doors and areas of their sites."""
