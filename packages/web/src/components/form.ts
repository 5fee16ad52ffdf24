import { type Content, flag, type Html, html } from '../html.ts';

/** A form of ours that changes something: always POST, always with the session's token against forged requests. */
export interface Form {
  readonly action: string;
  readonly csrf: string;
  readonly body: Content;
  readonly className?: string;
  readonly label?: string;
}

export function form({ action, csrf, body, className, label }: Form): Html {
  return html`<form method="post" action="${action}"${className ? html` class="${className}"` : null}${
    label ? html` aria-label="${label}"` : null
  }><input type="hidden" name="csrf" value="${csrf}">${body}</form>`;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly hint?: Content;
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly maxLength?: number;
  readonly type?: 'text' | 'email' | 'search' | 'url' | 'date' | 'number';
  readonly autocomplete?: string;
  /** Says nothing of being optional: in searches everything is. */
  readonly plain?: boolean;
}

export function textField(field: Field): Html {
  return wrap(
    field,
    html`<input type="${field.type ?? 'text'}" id="${field.name}" name="${field.name}" value="${field.value ?? ''}"${
      field.maxLength ? html` maxlength="${field.maxLength}"` : null
    }${field.autocomplete ? html` autocomplete="${field.autocomplete}"` : null}${flag('required', field.required)}${described(field)}>`,
  );
}

export function textArea(field: Field): Html {
  return wrap(
    field,
    html`<textarea id="${field.name}" name="${field.name}" rows="4"${
      field.maxLength ? html` maxlength="${field.maxLength}"` : null
    }${flag('required', field.required)}${described(field)}>${field.value ?? ''}</textarea>`,
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export function select(field: Field & { readonly options: readonly Option[] }): Html {
  return wrap(
    field,
    html`<select id="${field.name}" name="${field.name}"${described(field)}>${field.options.map(
      ({ value, label }) =>
        html`<option value="${value}"${flag('selected', value === field.value)}>${label}</option>`,
    )}</select>`,
  );
}

export interface Choice {
  readonly name: string;
  readonly value: string;
  readonly label: Content;
  readonly checked?: boolean;
  readonly hint?: Content | undefined;
}

export function checkbox(choice: Choice): Html {
  return choose('checkbox', choice);
}

export function radio(choice: Choice): Html {
  return choose('radio', choice);
}

/** Choices that belong together under one question. */
export function fieldset(legend: string, body: Content, error?: string): Html {
  return html`<fieldset${error ? html` class="has-error"` : null}><legend>${legend}</legend>${
    error ? html`<p class="field-error">${error}</p>` : null
  }${body}</fieldset>`;
}

/** `of` says to those who hear the page what the button is about, where several say the same. */
export function submit(
  label: string,
  kind: 'primary' | 'plain' | 'danger' = 'primary',
  of?: string,
): Html {
  return html`<button class="button${kind === 'plain' ? '' : ` ${kind}`}" type="submit">${label}${
    of === undefined ? null : html`<span class="visually-hidden"> ${of}</span>`
  }</button>`;
}

/** A form that is one button. */
export function buttonForm(
  action: string,
  csrf: string,
  label: string,
  kind: 'primary' | 'plain' | 'danger' = 'plain',
): Html {
  return form({ action, csrf, body: submit(label, kind), className: 'inline' });
}

function choose(type: 'checkbox' | 'radio', { name, value, label, checked, hint }: Choice): Html {
  return html`<label class="choice"><input type="${type}" name="${name}" value="${value}"${flag('checked', checked)}><span>${label}${
    hint === undefined ? null : html`<span class="hint">${hint}</span>`
  }</span></label>`;
}

function wrap({ name, label, hint, error, required, plain }: Field, control: Html): Html {
  return html`<div class="field${error ? ' has-error' : ''}">
  <label for="${name}">${label}${required || plain ? null : html` <span class="quiet">(optional)</span>`}</label>
  ${hint === undefined ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`}
  ${error ? html`<p class="field-error" id="${name}-error">${error}</p>` : null}
  ${control}
</div>`;
}

function described({ name, hint, error }: Field): Html {
  const ids = [hint === undefined ? '' : `${name}-hint`, error ? `${name}-error` : ''].filter(
    Boolean,
  );
  return html`${ids.length > 0 ? html` aria-describedby="${ids.join(' ')}"` : null}${
    error ? html` aria-invalid="true"` : null
  }`;
}
