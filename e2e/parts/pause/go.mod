module parts.example/pause

go 1.26.0
