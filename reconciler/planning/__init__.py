"""The pure middle: desired and live in, plan out. No input or output, no clock, no randomness."""
