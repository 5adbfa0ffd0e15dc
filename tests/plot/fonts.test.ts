import { expect, test } from 'bun:test'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'
import { FONT_FAMILY, registerFonts } from '../../ts/plot/fonts.ts'

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

  const first = FONT_FAMILY.split(', ')[0] ?? ''
  expect(GlobalFonts.has(first.replaceAll('"', ''))).toBe(true)
  const regular = drawn('accuracy 0.93', `400 20px ${FONT_FAMILY}`)
  expect(regular.equals(drawn('accuracy 0.93', `600 20px ${FONT_FAMILY}`))).toBe(false)
  // A family that lacks the letters draws boxes, all alike.
  const letters = ['Ω', 'Ж', 'Ł'].map((letter) => drawn(letter, `20px ${FONT_FAMILY}`).toString('base64'))
  expect(new Set([...letters, drawn('\u{10ffff}', `20px ${FONT_FAMILY}`).toString('base64')]).size).toBe(4)
})
