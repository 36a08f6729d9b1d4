/**
 * The e-mail as it looks unless the merchant writes another: tables and inline styles, because that is what mail
 * programs of all ages show alike; a dark variant for those that ask for one; nothing loaded but the merchant's logo.
 */
export const defaultHtml = `<!doctype html>
<html lang="{{language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{{title}} {{receiptNumber}}</title>
<style>
  td { overflow-wrap: anywhere }
  @media (max-width: 480px) {
    .pad { padding-left: 24px !important; padding-right: 24px !important }
    .amount { font-size: 34px !important; line-height: 44px !important }
    .facts td { display: block !important; text-align: left !important }
    .facts td.soft { padding-bottom: 0 !important }
    .facts td.ink { padding-top: 1px !important; border-top: 0 !important }
  }
  @media (prefers-color-scheme: dark) {
    .page { background: #12161c !important }
    .sheet { background: #1b212a !important }
    .ink, .amount { color: #f1f4f8 !important }
    .soft { color: #9aa7b8 !important }
    .line { border-color: #2c3543 !important }
    .note { background: #222a35 !important }
  }
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#eef1f5;-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden">{{status}}: {{amount}} – {{merchantName}}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#eef1f5">
<tr><td align="center" style="padding:32px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">

<tr><td class="pad" style="background:{{colour}};border-radius:16px 16px 0 0;padding:26px 40px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>
<td style="color:{{onColour}};font-size:19px;line-height:26px;font-weight:650;letter-spacing:-0.01em">
{{#logoUrl}}<img src="{{logoUrl}}" alt="{{merchantName}}" height="32" style="display:block;height:32px;border:0">{{/logoUrl}}{{^logoUrl}}{{merchantName}}{{/logoUrl}}
</td>
<td align="right" style="color:{{onColour}};opacity:.82;font-size:13px;line-height:20px;white-space:nowrap">{{title}}</td>
</tr></table>
</td></tr>

<tr><td class="sheet pad" style="background:#ffffff;padding:40px 40px 8px" align="center">
<div class="soft" style="font-size:14px;line-height:20px;color:#5b6878">{{status}}</div>
<div class="amount" style="font-size:44px;line-height:54px;font-weight:700;letter-spacing:-0.025em;color:#111a26;font-variant-numeric:tabular-nums">{{amount}}</div>
{{#originalAmount}}<div class="soft" style="font-size:14px;line-height:22px;color:#5b6878">{{wordOriginalAmount}}: {{originalAmount}}</div>{{/originalAmount}}
{{#description}}<div class="ink" style="padding-top:6px;font-size:15px;line-height:22px;color:#2a3646">{{description}}</div>{{/description}}
</td></tr>

<tr><td class="sheet pad" style="background:#ffffff;padding:24px 40px 32px">
<table role="presentation" class="facts" width="100%" cellpadding="0" cellspacing="0" style="font-size:14px;line-height:20px">
{{#date}}<tr><td class="soft line" style="padding:13px 12px 13px 0;border-top:1px solid #e4e9ef;color:#5b6878;vertical-align:top">{{wordDate}}</td><td class="ink line" align="right" style="padding:13px 0;border-top:1px solid #e4e9ef;color:#1b2532">{{date}}</td></tr>{{/date}}
{{#last4}}<tr><td class="soft line" style="padding:13px 12px 13px 0;border-top:1px solid #e4e9ef;color:#5b6878;vertical-align:top">{{wordCard}}</td><td class="ink line" align="right" style="padding:13px 0;border-top:1px solid #e4e9ef;color:#1b2532;font-variant-numeric:tabular-nums">{{brand}} •••• {{last4}}</td></tr>{{/last4}}
{{#authCode}}<tr><td class="soft line" style="padding:13px 12px 13px 0;border-top:1px solid #e4e9ef;color:#5b6878;vertical-align:top">{{wordAuthCode}}</td><td class="ink line" align="right" style="padding:13px 0;border-top:1px solid #e4e9ef;color:#1b2532">{{authCode}}</td></tr>{{/authCode}}
<tr><td class="soft line" style="padding:13px 12px 13px 0;border-top:1px solid #e4e9ef;color:#5b6878;vertical-align:top">{{wordOrderedBy}}</td><td class="ink line" align="right" style="padding:13px 0;border-top:1px solid #e4e9ef;color:#1b2532">{{telephoneOrder}}</td></tr>
{{#reference}}<tr><td class="soft line" style="padding:13px 12px 13px 0;border-top:1px solid #e4e9ef;color:#5b6878;vertical-align:top">{{wordReference}}</td><td class="ink line" align="right" style="padding:13px 0;border-top:1px solid #e4e9ef;color:#1b2532">{{reference}}</td></tr>{{/reference}}
<tr><td class="soft line" style="padding:13px 12px 13px 0;border-top:1px solid #e4e9ef;color:#5b6878;vertical-align:top">{{wordReceiptNumber}}</td><td class="ink line" align="right" style="padding:13px 0;border-top:1px solid #e4e9ef;color:#1b2532;font-variant-numeric:tabular-nums">{{receiptNumber}}</td></tr>
</table>
</td></tr>

{{#refundPolicy}}<tr><td class="sheet pad" style="background:#ffffff;padding:0 40px 20px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="note" style="background:#f5f7fa;border-radius:12px;padding:16px 18px">
<div class="ink" style="font-size:13px;line-height:20px;font-weight:650;color:#2a3646">{{wordRefundPolicy}}</div>
<div class="soft" style="font-size:13px;line-height:20px;color:#5b6878;white-space:pre-line">{{refundPolicy}}</div>
</td></tr></table>
</td></tr>{{/refundPolicy}}

<tr><td class="sheet" style="background:#ffffff;border-radius:0 0 16px 16px;font-size:0;line-height:0;height:20px">&nbsp;</td></tr>

<tr><td class="pad soft" align="center" style="padding:24px 40px 8px;font-size:12px;line-height:19px;color:#66758a">
{{#contactEmail}}<span class="ink" style="color:#3d4a5c">{{wordQuestions}}</span> <a class="ink" href="mailto:{{contactEmail}}" style="color:#3d4a5c">{{contactEmail}}</a>{{#contactPhone}} · {{contactPhone}}{{/contactPhone}}<br>{{/contactEmail}}
<strong style="font-weight:600">{{merchantName}}</strong>{{#website}} · {{website}}{{/website}}<br>
<span style="white-space:pre-line">{{address}}</span>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`
