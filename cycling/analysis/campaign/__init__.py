"""Several cells beside each other: their courses, means of groups, end values, outliers."""
