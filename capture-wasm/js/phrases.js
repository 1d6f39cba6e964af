// What prompts say of the answer before.

/**
 * How a prompt begins that corrects the answer, in lower case; `,` stands for any
 * punctuation. The languages are English, German, French, Spanish, Portuguese,
 * Italian, Dutch, Polish, Turkish, Russian, Arabic, Hindi, Chinese, Japanese, Korean.
 */
export const CORRECTIONS =
  "no,|nope|wrong|incorrect|that's not|that's wrong|that is not|this is not|this is wrong|it's wrong|not what|i meant|i asked|actually,|you forgot|you missed|still not|still wrong|doesn't work|that doesn't|it doesn't|nein|falsch|das ist falsch|das ist nicht|das stimmt nicht|stimmt nicht|ich meinte|das funktioniert nicht|non,|c'est faux|ce n'est pas|c'est pas|je voulais dire|ça ne marche|incorrecto|eso no|no es eso|está mal|quise decir|no funciona|não,|está errado|isso não|não é isso|quis dizer|não funciona|sbagliato|è sbagliato|non è|intendevo|nee,|dat klopt niet|ik bedoelde|nie,|to nie|hayır|yanlış|нет,|неверно|неправильно|это не|я имел|я имела|не работает|لا,|خطأ|قصدت|नहीं|गलत|不对|不對|错了|錯了|不是|我的意思|我是说|違|ちが|そうじゃな|아니|틀렸";

/** How words of thanks begin. */
export const THANKS =
  "thank|thx|danke|vielen dank|merci|gracias|obrigad|grazie|dank je|bedankt|dzięk|teşekkür|спасибо|благодар|شكرا|धन्यवाद|谢谢|謝謝|感谢|ありがと|감사|고마워";
