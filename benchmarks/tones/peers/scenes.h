/*
 * Reads stretches of audio from standard input, each as
 *
 *   int32 samples | int16 × samples | uint8 × ceil(samples / 160): 1 where the frame of 20 ms never came
 *
 * in the machine's byte order, and hands them to a detector a millisecond at a time, so that what it reports can be
 * dated. Lines on standard output: scene, sample of the decision, digit. With "-t N" every stretch is run N times in
 * frames of 20 ms instead and the processor time is printed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int current_scene;
static int current_sample;
static int timing;

static void report(char digit)
{
    if (!timing)
        printf("%d %d %c\n", current_scene, current_sample, digit);
}

/* What a peer's file provides. */
static void detector_reset(void);
static void detector_take(const int16_t *samples, int count);
static void detector_lost(int count);

static void run(const int16_t *samples, const uint8_t *lost, int count, int step)
{
    detector_reset();
    for (int at = 0; at < count; at += step) {
        int n = count - at < step ? count - at : step;
        current_sample = at + n;
        if (lost[at / 160])
            detector_lost(n);
        else
            detector_take(samples + at, n);
    }
}

int main(int argc, char **argv)
{
    int32_t count;
    double seconds = 0, audio = 0;
    timing = argc == 3 && !strcmp(argv[1], "-t") ? atoi(argv[2]) : 0;
    for (current_scene = 0; fread(&count, sizeof count, 1, stdin) == 1; current_scene++) {
        int frames = (count + 159) / 160;
        int16_t *samples = malloc(sizeof *samples * (size_t)count);
        uint8_t *lost = malloc((size_t)frames);
        if (fread(samples, sizeof *samples, (size_t)count, stdin) != (size_t)count ||
            fread(lost, 1, (size_t)frames, stdin) != (size_t)frames)
            return 2;
        clock_t start = clock();
        for (int i = 0; i < timing; i++)
            run(samples, lost, count, 160);
        seconds += (double)(clock() - start) / CLOCKS_PER_SEC;
        audio += timing * count / 8000.0;
        if (!timing)
            run(samples, lost, count, 8);
        free(samples);
        free(lost);
    }
    if (timing)
        printf("%f %f\n", seconds, audio);
    return 0;
}
