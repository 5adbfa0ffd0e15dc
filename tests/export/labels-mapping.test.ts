import { expect, test } from 'bun:test'
import { labelsMapping } from '../../ts/export/labels-mapping.ts'

const facts = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  preprocessing: null,
  loss: null,
  modelSha256: null,
}

test('the keys that others read', () => {
  const mapping = labelsMapping({
    ...facts,
    classes: ['0', '00', 'ä/b'],
    preprocessing: { resize: [256], antialias: true, crop: [224, 224], mean: [0, 0, 0], std: [1, 1, 1] },
    loss: { kind: 'focal', gamma: 2, label_smoothing: 0.1, class_weights: [1, 2, 3] },
    modelSha256: 'ab12',
  })
  expect(JSON.parse(JSON.stringify(mapping))).toEqual({
    num_classes: 3,
    class_to_idx: { '0': 0, '00': 1, 'ä/b': 2 },
    idx_to_class: { '0': '0', '1': '00', '2': 'ä/b' },
    normalization: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    preprocessing: {
      resize: [256],
      center_crop: [224, 224],
      interpolation: 'bilinear',
      antialias: true,
      exif_transpose: false,
    },
    loss: { kind: 'focal', gamma: 2, label_smoothing: 0.1, class_weights: [1, 2, 3] },
    model_sha256: 'ab12',
  })
})

test('a class may be called anything', () => {
  const classes = ['__proto__', 'constructor', 'toString', '<script>', '']
  const text = JSON.stringify(labelsMapping({ ...facts, classes }))
  for (const [index, name] of classes.entries()) expect(text).toContain(`${JSON.stringify(name)}:${index}`)
  expect(JSON.parse(text).idx_to_class).toEqual(Object.fromEntries(classes.entries()))
})

test('but not what another is called', () => {
  expect(() => labelsMapping({ ...facts, classes: ['a', 'b', 'a'] })).toThrow('two classes are called "a"')
})
