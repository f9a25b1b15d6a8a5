"""What a user gives besides the formula."""
