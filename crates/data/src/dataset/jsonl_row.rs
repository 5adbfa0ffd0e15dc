//! One row of a JSONL annotation file.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value};

/// The fields that are known, and all others but `prefix` (the question that the label answers).
#[derive(Debug, Default)]
pub struct Row<'a> {
    pub image: Option<Cow<'a, str>>,
    pub suffix: Option<Value>,
    pub others: Map<String, Value>,
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
        let mut row = Row::default();
        let (mut image, mut suffix) = (false, false);
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "image" if std::mem::replace(&mut image, true) => {
                    return Err(A::Error::duplicate_field("image"));
                }
                "suffix" if std::mem::replace(&mut suffix, true) => {
                    return Err(A::Error::duplicate_field("suffix"));
                }
                "image" => row.image = map.next_value::<Option<Text>>()?.map(|text| text.0),
                "suffix" => row.suffix = map.next_value::<Option<Value>>()?,
                "prefix" => {
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    let value = map.next_value()?;
                    row.others.insert(key.into_owned(), value);
                }
            }
        }
        Ok(row)
    }
}

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_fields_are_kept() {
        let text = r#"{"image":"a.jpg","prefix":[1],"id":7,"suffix":"x","camera":{"name":"ü","angle":0.1}}"#;
        let row: Row = serde_json::from_str(text).unwrap();
        assert!(matches!(&row.image, Some(Cow::Borrowed("a.jpg"))));
        assert_eq!(row.suffix, Some("x".into()));
        assert_eq!(Value::Object(row.others).to_string(), r#"{"camera":{"angle":0.1,"name":"ü"},"id":7}"#);
    }

    #[test]
    fn wrong_rows_are_refused() {
        for (text, reason) in [
            (r#"{"image":"a","image":"b"}"#, "duplicate field `image`"),
            (r#"{"image":1}"#, "expected a string"),
            ("[1]", "expected an object"),
        ] {
            let error = serde_json::from_str::<Row>(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        let row: Row = serde_json::from_str(r#"{"image":null,"suffix":null}"#).unwrap();
        assert!(row.image.is_none() && row.suffix.is_none());
    }
}
