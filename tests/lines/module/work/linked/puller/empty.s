// Lets functions without a body stand in this package.
