//! A brief for people.

use std::fmt::Write;

use super::{
    Brief, Cluster, Document, Example, FrequentChange, Named, Sampled,
    wording::{acts, of, percent, plain, points, share, shares, terms},
};
use crate::{cadence::period::instant, label::Milli};

/// The brief as Markdown.
#[must_use]
pub fn markdown(brief: &Brief) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, brief);
    text
}

type Written = std::fmt::Result;

fn write(out: &mut String, brief: &Brief) -> Written {
    head(out, brief)?;
    let (above, level): (Vec<&Cluster>, Vec<&Cluster>) = brief
        .clusters
        .iter()
        .partition(|cluster| cluster.above_base);
    writeln!(out, "\n## What fails\n")?;
    if !brief.terms.is_empty() {
        writeln!(
            out,
            "Failing prompts ({} : {} others) say more often: {}.\n",
            brief.sampled.failing,
            brief.sampled.other,
            terms(&brief.terms)
        )?;
    }
    if above.is_empty() {
        writeln!(
            out,
            "No group of alike prompts fails surely more often than answers do in all."
        )?;
    }
    for (number, cluster) in above.into_iter().enumerate() {
        section(out, number + 1, cluster, brief)?;
    }
    others(out, &level)?;
    edits(out, brief)?;
    documents(out, brief)?;
    names(out, "prompt version", &brief.prompt_versions)?;
    names(out, "model", &brief.models)?;
    reading(out, brief)
}

fn head(out: &mut String, brief: &Brief) -> Written {
    let at = |at| instant(at).unwrap_or_default();
    let period = &brief.period;
    writeln!(out, "# Update brief {}\n", period.name)?;
    writeln!(
        out,
        "Answers shown from {} until {}, as known at {}; policy `{}`.\n",
        at(period.from),
        at(period.to),
        at(brief.as_of),
        brief.policy
    )?;
    let all = &brief.outputs;
    if all.counted.total == 0 {
        writeln!(
            out,
            "**No answer that counts was shown.**{}",
            left_out(brief)
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "**{} failed: {}.**{}",
        of(all.counted),
        share(all),
        acts(&brief.acts, " How: ")
    )?;
    let left_out = left_out(brief);
    if !left_out.is_empty() {
        writeln!(out, "{}", left_out.trim_start())?;
    }
    Ok(())
}

fn left_out(brief: &Brief) -> String {
    let counts = brief.left_out.iter();
    let counts: Vec<_> = counts
        .map(|(reason, n)| format!("{n} {}", reason.meaning()))
        .collect();
    if counts.is_empty() {
        return String::new();
    }
    format!(" Not counted: {}.", counts.join(", "))
}

fn section(out: &mut String, number: usize, cluster: &Cluster, brief: &Brief) -> Written {
    writeln!(
        out,
        "### {number}. {} (`{}`)\n",
        plain(&cluster.title),
        cluster.id
    )?;
    writeln!(
        out,
        "**{} failed: {}**, {} more than at the rate of all answers. {}",
        of(cluster.rate.counted),
        share(&cluster.rate),
        cluster.excess,
        people(cluster)
    )?;
    match (&cluster.before, &brief.previous) {
        (Some(before), Some(period)) => writeln!(
            out,
            "In {period}: {} failed, {}.",
            of(before.counted),
            share(before)
        )?,
        (None, Some(period)) => writeln!(out, "New since {period}.")?,
        _ => {}
    }
    writeln!(out)?;
    bullet(out, "How", &acts(&cluster.acts, ""))?;
    let Sampled { failing, other } = cluster.sampled;
    let apart = format!(
        "Sets the failing ones apart ({failing} : {} others of all prompts)",
        brief.sampled.other
    );
    bullet(out, &apart, &terms(&cluster.terms))?;
    let within = format!("And within the group ({failing} : {other} others)");
    bullet(out, &within, &terms(&cluster.terms_within))?;
    bullet(out, "Prompt versions", &shares(&cluster.prompt_versions))?;
    bullet(out, "Models", &shares(&cluster.models))?;
    for example in &cluster.examples {
        self::example(out, example)?;
    }
    writeln!(out)
}

fn people(cluster: &Cluster) -> String {
    if cluster.people == 0 {
        return "People unknown.".into();
    }
    if cluster.people == 1 {
        return "All by one person.".into();
    }
    let share = cluster.busiest_person_share;
    let busy = if share >= Milli::new(250) {
        format!(", one of them with {}", percent(share))
    } else {
        String::new()
    };
    format!("By {} people{busy}.", cluster.people)
}

fn bullet(out: &mut String, name: &str, text: &str) -> Written {
    if text.is_empty() {
        return Ok(());
    }
    writeln!(out, "- {name}: {text}")
}

fn example(out: &mut String, example: &Example) -> Written {
    let name = match &example.link {
        Some(link) => format!("[{}]({link})", plain(&example.output)),
        None => format!("`{}`", example.output),
    };
    let mut about: Vec<&str> = example.acts.iter().map(|act| act.name()).collect();
    about.extend(example.prompt_version.as_deref());
    about.extend(example.model.as_deref());
    writeln!(out, "\n{name}: {}\n", plain(&about.join(", ")))?;
    writeln!(out, "> {}", plain(&example.prompt))?;
    if let Some(answer) = &example.answer {
        writeln!(out, ">\n> *Answer:* {}", plain(answer))?;
    }
    Ok(())
}

fn others(out: &mut String, clusters: &[&Cluster]) -> Written {
    if clusters.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "Other groups, whose rate may be that of all answers:\n"
    )?;
    writeln!(out, "| prompts | failed | share (95 %) | people | id |")?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    for cluster in clusters {
        writeln!(
            out,
            "| {} | {} | {} | {} | `{}` |",
            plain(&cluster.title),
            of(cluster.rate.counted),
            share(&cluster.rate),
            cluster.people,
            cluster.id
        )?;
    }
    writeln!(out)
}

fn edits(out: &mut String, brief: &Brief) -> Written {
    let edits = &brief.edits;
    writeln!(out, "## What people change\n")?;
    if edits.edited == 0 {
        return writeln!(out, "Nobody edited an answer.\n");
    }
    write!(
        out,
        "{} answers were edited, {} of them compared with what they became",
        edits.edited, edits.compared
    )?;
    let mut apart = Vec::new();
    for (count, what) in [
        (edits.rewritten, "rewritten from the ground"),
        (edits.without_text, "of unknown text"),
        (edits.too_long, "too long"),
    ] {
        if count > 0 {
            apart.push(format!("{count} {what}"));
        }
    }
    let apart = if apart.is_empty() {
        String::new()
    } else {
        format!(" ({})", apart.join(", "))
    };
    writeln!(out, "{apart}.\n")?;
    let frequent = &edits.frequent;
    if frequent.deletions.is_empty()
        && frequent.insertions.is_empty()
        && frequent.replacements.is_empty()
    {
        return writeln!(out, "No change was made in two answers.\n");
    }
    changes(out, "taken out", &frequent.deletions)?;
    changes(out, "put in", &frequent.insertions)?;
    changes(out, "replaced", &frequent.replacements)
}

fn changes(out: &mut String, what: &str, changes: &[FrequentChange]) -> Written {
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(out, "| {what} | answers | people | for example |")?;
    writeln!(out, "| --- | --- | --- | --- |")?;
    for change in changes {
        let text = match (change.from.as_str(), change.to.as_str()) {
            ("", text) | (text, "") => plain(text),
            (from, to) => format!("{} → {}", plain(from), plain(to)),
        };
        let example = change
            .examples
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        writeln!(
            out,
            "| {text} | {} | {} | `{example}` |",
            change.outputs, change.people
        )?;
    }
    writeln!(out)
}

fn documents(out: &mut String, brief: &Brief) -> Written {
    let found = &brief.documents;
    if found.base.total == 0 {
        return Ok(());
    }
    writeln!(out, "## Documents that answers fail with\n")?;
    writeln!(
        out,
        "Of {} answers made from documents {} failed. {} documents had enough answers to be tested.",
        found.base.total, found.base.failing, found.tested
    )?;
    let standing: Vec<&Document> = found.documents.iter().filter(|d| d.stands_out).collect();
    if standing.is_empty() {
        return writeln!(
            out,
            "None stands out once it is considered how many were tested.\n"
        );
    }
    writeln!(
        out,
        "\n| document | failed | share | more than others (95 %) | q |"
    )?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    for document in standing {
        let [low, high] = document.interval;
        writeln!(
            out,
            "| {} | {} | {} | {} points ({} to {}) | {} |",
            plain(&document.id),
            of(document.counted),
            percent(document.rate),
            points(document.difference),
            points(low),
            points(high),
            if document.q > Milli::default() {
                document.q.to_string()
            } else {
                "< 0.001".into()
            }
        )?;
    }
    writeln!(
        out,
        "\nA correlation: a document comes with its topic. At most {} of these are expected to be \
         chance.\n",
        percent(found.false_discovery_rate)
    )
}

fn names(out: &mut String, what: &str, names: &[Named]) -> Written {
    if names.len() < 2 {
        return Ok(());
    }
    writeln!(
        out,
        "## By {what}\n\n| {what} | failed | share (95 %) |\n| --- | --- | --- |"
    )?;
    for named in names {
        let (name, rate) = (plain(&named.name), &named.rate);
        writeln!(out, "| {name} | {} | {} |", of(rate.counted), share(rate))?;
    }
    writeln!(out)
}

fn reading(out: &mut String, brief: &Brief) -> Written {
    writeln!(
        out,
        "## How to read this\n\n\
         An answer failed when its label is negative, or when the policy counts an act against it \
         and nothing made it positive. Intervals are Wilson's at 95 % and take answers as \
         independent: where few people made many, they are too narrow. Groups are drawn around \
         failing prompts, so small ones look worse than they are; one in ten that stands out \
         may be chance (false discovery rate 0.1 over all groups). Terms are those with the \
         largest weighted log-odds against prompts that did not fail (Monroe, Colaresi and Quinn \
         2008), with the prompts of both sides that hold them. Quoted texts are what people and \
         models wrote: data, not instructions."
    )?;
    for bound in &brief.bounds {
        let all = bound.of.map(|of| format!(" of {of}")).unwrap_or_default();
        writeln!(out, "\nBounded: {}: {}{all}.", bound.what, bound.limit)?;
    }
    Ok(())
}
