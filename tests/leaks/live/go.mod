module example.com/live

go 1.25

require example.com/kit v1.0.0

replace example.com/kit => ./kit
