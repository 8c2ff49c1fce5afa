# The same words as ./hallpass, for fingers that type `make`.
WORDS := setup lint test system demo demo-check bench bench-city torture lock help

.DEFAULT_GOAL := help
.PHONY: $(WORDS)
$(WORDS):
	@./hallpass $@ $(ARGS)
