-- How the person is reached: 'sms', 'voice' …
alter table messages add column channel text not null default 'sms';

-- What part of the product asked for the message, and which of its things the message is for; null: a customer did.
alter table messages add column origin text;
alter table messages add column origin_id text;

-- What the channel needs besides the body, as JSON: a sealed text, a language. Wiped once a carrier has it.
alter table messages add column content text;

-- Why, where the carrier says more than a GSM code.
alter table orphan_receipts add column error_reason text;
