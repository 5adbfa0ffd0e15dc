//! The uncompressed zip that `torch.save` writes: where each member lies.

use std::collections::HashMap;
use std::ops::Range;

type Answer<T> = Result<T, String>;

const END: u32 = 0x0605_4b50;
const END_64_LOCATOR: u32 = 0x0706_4b50;
const END_64: u32 = 0x0606_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;

/// Members by name, without the archive's own folder, and where their bytes are.
pub(super) fn members(bytes: &[u8]) -> Answer<HashMap<String, Range<usize>>> {
    let end = end_record(bytes)?;
    let (mut count, mut at) = (u64::from(u16_at(bytes, end + 10)?), u64::from(u32_at(bytes, end + 16)?));
    if let Some(locator) = end.checked_sub(20).filter(|&place| u32_at(bytes, place) == Ok(END_64_LOCATOR)) {
        let place = index(u64_at(bytes, locator + 8)?)?;
        if u32_at(bytes, place)? != END_64 {
            return Err("its zip directory is broken".to_owned());
        }
        (count, at) = (u64_at(bytes, place + 32)?, u64_at(bytes, place + 48)?);
    }
    let mut found = HashMap::new();
    let mut at = index(at)?;
    for _ in 0..count {
        at = member(bytes, at, &mut found)?;
    }
    Ok(found)
}

fn end_record(bytes: &[u8]) -> Answer<usize> {
    let last = bytes.len().checked_sub(22).ok_or("it is too short for a zip")?;
    // The comment behind the record has at most 65,535 bytes.
    (last.saturating_sub(65_535)..=last)
        .rev()
        .find(|&place| u32_at(bytes, place) == Ok(END))
        .ok_or_else(|| "it has no zip directory: it was cut short".to_owned())
}

/// Reads the directory's entry at `at`; returns where the next one is.
fn member(bytes: &[u8], at: usize, found: &mut HashMap<String, Range<usize>>) -> Answer<usize> {
    if u32_at(bytes, at)? != CENTRAL {
        return Err("its zip directory is broken".to_owned());
    }
    let lengths = [28, 30, 32].map(|offset| u16_at(bytes, at + offset).map(usize::from));
    let [name_length, extra_length, comment_length] = lengths;
    let (name_length, extra_length, comment_length) = (name_length?, extra_length?, comment_length?);
    let name = part(bytes, at + 46, name_length)?;
    let name = String::from_utf8_lossy(name).into_owned();
    if u16_at(bytes, at + 10)? != 0 {
        return Err(format!("its member {name} is compressed, which torch.save never does"));
    }
    let mut size = u64::from(u32_at(bytes, at + 24)?);
    let mut local = u64::from(u32_at(bytes, at + 42)?);
    let mut extra = part(bytes, at + 46 + name_length, extra_length)?;
    let stored = u64::from(u32_at(bytes, at + 20)?);
    while extra.len() >= 4 {
        let (tag, length) = (u16_at(extra, 0)?, usize::from(u16_at(extra, 2)?));
        let data = part(extra, 4, length)?;
        if tag == 1 {
            // The 64-bit values of those fields that are all ones, in this order: size, stored size, place.
            let mut place = 0;
            let mut next = || -> Answer<u64> {
                place += 8;
                u64_at(data, place - 8)
            };
            if size == u64::from(u32::MAX) {
                size = next()?;
            }
            if stored == u64::from(u32::MAX) {
                next()?;
            }
            if local == u64::from(u32::MAX) {
                local = next()?;
            }
        }
        extra = &extra[4 + length..];
    }
    let local = index(local)?;
    if u32_at(bytes, local)? != LOCAL {
        return Err(format!("its member {name} is not where the zip directory says"));
    }
    let start =
        local + 30 + usize::from(u16_at(bytes, local + 26)?) + usize::from(u16_at(bytes, local + 28)?);
    let size = index(size)?;
    part(bytes, start, size)?;
    let inner = name.split_once('/').map_or(name.as_str(), |(_, inner)| inner).to_owned();
    found.insert(inner, start..start + size);
    Ok(at + 46 + name_length + extra_length + comment_length)
}

fn part(bytes: &[u8], at: usize, length: usize) -> Answer<&[u8]> {
    let end = at.checked_add(length).filter(|&end| end <= bytes.len());
    end.map(|end| &bytes[at..end]).ok_or_else(|| "it was cut short".to_owned())
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Answer<[u8; N]> {
    part(bytes, at, N)?.try_into().map_err(|_| "it was cut short".to_owned())
}

fn u16_at(bytes: &[u8], at: usize) -> Answer<u16> {
    number(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Answer<u32> {
    number(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Answer<u64> {
    number(bytes, at).map(u64::from_le_bytes)
}

fn index(value: u64) -> Answer<usize> {
    usize::try_from(value).map_err(|_| "it tells an impossible place".to_owned())
}
