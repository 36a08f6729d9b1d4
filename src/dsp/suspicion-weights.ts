// Fitted by test/tones/suspicion/main.ts, seed 4711 (the hint: seed 11): to be made again rather than changed by hand.
import type { SuspicionWeights } from './suspicion-score.ts'

export const hintWeights: SuspicionWeights = {
  constant: 5.4781,
  slopes: {
    purity: [-6.8844, 8.209, 15.7131, 13.0028, 7.6648, -19.132],
    steadiness: [-0.715, -2.5646, 3.3644, 5.8645],
    offset: [-2.1498, -0.0749, 0.0727, 0.932, 1.8431, -2.1049],
    offsetOther: [-3.19, 2.361, 0.7066, -0.1576],
    twist: [-0.6015, 0.375, -0.3032, 0.6415],
    levelDbm0: [0.0616, 0.0674, 0.0665],
  },
}

export const glanceWeights: SuspicionWeights = {
  constant: 4.287,
  slopes: {
    purity: [-3.717, 5.797, 8.745, 23.314, 18.318, -31.836],
    steadiness: [-1.654, 0.057, 4.243, 19.117],
    rise: [-0.116, -0.006, -0.177, -0.255, 4.116],
    riseOther: [-0.035, -0.025, -0.365, 0.204],
    offset: [-1.274, -0.491, -0.105, -0.196, 0.135, -0.445],
    offsetOther: [-2.321, 0.76, 1.906, -1.518],
    twist: [-0.308, 0.169, 0.166, -0.05],
    levelDbm0: [0.13, 0.159, 0.141],
    residue: [-0.02, 0.096, -0.229, 0.152],
    totalRise: [-0.314, -0.081, 0.545],
    purity12: [-5.76, 10.033, 2.517, -2.298],
    steadiness12: [4.018, -5.315, 7.669],
    same12: [1.598],
    endingLow: [-0.139, -0.347, -0.022, 0.554],
    endingHigh: [0.31, 0.146, -0.686, -0.6],
  },
}

export const onsetWeights: SuspicionWeights = {
  constant: 0.924,
  slopes: {
    purity: [-1.909, 3.556, 8.552, 20.855, 9.42, -19.765],
    steadiness: [-0.722, -0.134, 2.665, 20.632],
    rise: [-0.121, -0.028, -0.17, -0.234, 4.027],
    riseOther: [-0.032, -0.047, -0.307, 0.181],
    offset: [-1.224, -0.553, -0.091, -0.147, 0.162, -0.516],
    offsetOther: [-2.103, 0.624, 1.92, -1.749],
    twist: [-0.339, 0.182, 0.126, 0.156],
    levelDbm0: [0.125, 0.165, 0.135],
    residue: [-0.019, 0.09, -0.203, 0.078],
    totalRise: [-0.317, -0.085, 0.499],
    purity12: [-5.412, 11.237, 1.21, -1.578],
    steadiness12: [3.148, -4.999, 8.354],
    same12: [1.662],
    endingLow: [-0.026, -0.4337, -0.044, 0.401],
    endingHigh: [0.141, 0.294, -0.585, -0.619],
    lowBandChange: [-0.076, -0.057, 0.103, 0.156],
    lowBandGrowth: [-3.67, 3.4, 4.353, -6.043],
    purityAbove: [3.781, -0.523, -5.734, 18.668, -18.196],
  },
}

export const lastingWeights: SuspicionWeights = {
  constant: -3.176,
  slopes: {
    purity: [-0.037, 1.063, 6.447, 21.653, 17.989, -32.553],
    steadiness: [-3.065, 0.618, 3.573, 6.958],
    rise: [0.046, 0.055, -0.032, 0.731, -0.498],
    riseOther: [0.026, -0.072, 0.122, 0.04],
    offset: [-1.818, -0.704, 0.329, 0.374, 1.992, -2.45],
    offsetOther: [-3.506, 1.256, 2.371, 0.886],
    twist: [-0.531, 0.062, -0.022, 0.382],
    levelDbm0: [0.156, 0.165, 0.036],
    residue: [-0.026, -0.207, -0.36, -0.133],
    totalRise: [0.647, -0.415, 0.115],
    purity12: [-1.81, 0.837, 9.699, -6.437],
    steadiness12: [2.911, -2.487, -0.175],
    same12: [1.365],
    endingLow: [-0.477, -0.092, 1.1, 0.438],
    endingHigh: [0.399, 0.132, -0.034, -1.492],
    purity30: [-1.917, -0.126, 13.469, 18.434],
    steadiness30: [0.519, -0.378, 3.74],
    same30: [0.399],
    drift: [-0.145, 0.512, -0.416],
  },
}
