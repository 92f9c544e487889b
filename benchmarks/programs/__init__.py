"""Programs that benchmarks start, bare and watched; none of them knows of Buslens."""
