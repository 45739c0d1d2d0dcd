/** Why a window makes nothing of what comes in: an input that was only guessed for a model cannot be meant. */
export const tooSmall = 'What comes in here is smaller than the window: the program would stop with an error.';
