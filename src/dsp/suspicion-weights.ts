// Fitted by test/tones/suspicion/main.ts --hint: to be made again rather than changed by hand.
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
