import { expect, test } from 'bun:test'
import { annotatedNames } from '../../ts/verbs/annotate.ts'

const names = (...files: string[]) => [...annotatedNames(files).values()]

test('the tree below the common folder is kept', () => {
  expect(names('/data/a/1.png', '/data/b/1.png', '/data/b/c/2.webp')).toEqual([
    'a/1.jpg',
    'b/1.jpg',
    'b/c/2.jpg',
  ])
  expect(names('/data/a/1.png')).toEqual(['1.jpg'])
  expect(names('/1.png', '/data/2.png')).toEqual(['1.jpg', 'data/2.jpg'])
})

test('no two pictures get one name', () => {
  expect(names('/a/1.png', '/a/1.gif', '/a/1.PNG', '/a/1-2.png')).toEqual([
    '1.jpg',
    '1-2.jpg',
    '1-3.jpg',
    '1-2-2.jpg',
  ])
  // Named twice, a file is one picture.
  expect(names('/a/1.png', '/a/1.png')).toEqual(['1.jpg'])
})

test('a name without an ending, and one that is an ending', () => {
  expect(names('/a/photo', '/a/.png')).toEqual(['photo.jpg', '.png.jpg'])
})
