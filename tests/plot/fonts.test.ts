import { expect, test } from 'bun:test'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'
import { fontFamily, registerFonts } from '../../ts/plot/fonts.ts'
import { legible } from '../../ts/plot/legible-text.ts'
import { scriptFamilies } from '../../ts/plot/script-fonts.ts'

function drawn(text: string, font: string): Buffer {
  const canvas = createCanvas(240, 40)
  const context = canvas.getContext('2d')
  context.font = font
  context.fillText(text, 4, 30)
  return canvas.toBuffer('image/png')
}

test('text comes from our own font, in two weights, beyond Latin too', () => {
  registerFonts()
  const known = GlobalFonts.families.length
  registerFonts()
  expect(GlobalFonts.families.length).toBe(known)

  const first = fontFamily().split(', ')[0] ?? ''
  expect(GlobalFonts.has(first.replaceAll('"', ''))).toBe(true)
  const regular = drawn('accuracy 0.93', `400 20px ${fontFamily()}`)
  expect(regular.equals(drawn('accuracy 0.93', `600 20px ${fontFamily()}`))).toBe(false)
  // A family that lacks the letters draws boxes, all alike.
  const letters = ['Ω', 'Ж', 'Ł'].map((letter) => drawn(letter, `20px ${fontFamily()}`).toString('base64'))
  expect(new Set([...letters, drawn('\u{10ffff}', `20px ${fontFamily()}`).toString('base64')]).size).toBe(4)
})

test('other scripts come from packaged fonts, which are loaded when they are met', () => {
  const names = ['שלום', 'مرحبا', '日本語', '汉语', '한국어 힣', '⚽😀', 'カタカナ']
  for (const name of names) {
    expect(legible(name)).toBe(name)
    // Each of its characters has a glyph of its own, which is not the box of a missing one.
    const box = drawn('\u{10fffd}', `20px ${fontFamily()}`)
    for (const character of name.replace(' ', ''))
      expect([character, drawn(character, `20px ${fontFamily()}`).equals(box)]).toEqual([character, false])
  }
  for (const font of ['hebrew', 'arabic', 'emoji', 'sc', 'kr'])
    expect([font, scriptFamilies().some((family) => family.includes(font))]).toEqual([font, true])
  // Of the hundreds of files a few are read.
  expect(scriptFamilies().length).toBeLessThan(30)
})

test('a character that no font has is written as its number', () => {
  expect(legible('a\u{10fffd}b')).toBe('aU+10FFFD b')
})
