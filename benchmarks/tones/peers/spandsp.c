/* spandsp's DTMF receiver (Debian's libspandsp-dev), as its users run it: defaults, and told of lost packets. */
#include "scenes.h"
#include <spandsp.h>

static dtmf_rx_state_t *state;

static void heard(void *user, const char *digits, int count)
{
    (void)user;
    for (int i = 0; i < count; i++)
        report(digits[i]);
}

static void detector_reset(void)
{
    if (state)
        dtmf_rx_free(state);
    state = dtmf_rx_init(NULL, heard, NULL);
}

static void detector_take(const int16_t *samples, int count)
{
    dtmf_rx(state, samples, count);
}

static void detector_lost(int count)
{
    dtmf_rx_fillin(state, count);
}
