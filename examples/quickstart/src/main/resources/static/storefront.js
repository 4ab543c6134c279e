const POLL_MILLIS = 500;
const CHART_SECONDS = 60;
const SERIES = ['placed', 'published', 'consumed'];

const $ = id => document.getElementById(id);
const number = new Intl.NumberFormat('en');
const samples = [];
let batch = null;

const duration = millis => millis < 1000 ? `${millis} ms`
    : millis < 60_000 ? `${(millis / 1000).toFixed(1)} s`
    : `${Math.floor(millis / 60_000)} min ${Math.floor(millis % 60_000 / 1000)} s`;

function element(name, attributes = {}, text) {
    const svg = ['line', 'polyline', 'text', 'title'].includes(name);
    const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    if (text !== undefined) node.textContent = text;
    return node;
}

// ---- figures -------------------------------------------------------------------------------------------------------

/** The count at an instant, on the straight line between the two samples around it. */
function countAt(series, at) {
    const after = samples.findIndex(sample => sample.at >= at);
    if (after === 0) return samples[0][series];
    if (after < 0) return samples[samples.length - 1][series];
    const [from, to] = [samples[after - 1], samples[after]];
    return from[series] + (to[series] - from[series]) * (at - from.at) / (to.at - from.at);
}

const rate = (series, until) => Math.max(0, countAt(series, until) - countAt(series, until - 1000));

function show(status) {
    const at = Date.parse(status.at);
    if (samples.length && samples[samples.length - 1].at >= at) return;
    samples.push({ at, placed: status.placed, published: status.published, consumed: status.consumed });
    while (samples[0].at < at - (CHART_SECONDS + 5) * 1000) samples.shift();

    for (const series of SERIES) {
        $(series).textContent = number.format(status[series]);
        $(`${series}-rate`).textContent = number.format(Math.round(rate(series, at)));
    }
    $('pending').textContent = number.format(status.outbox.pending);
    $('oldest').textContent = duration(status.outbox.oldestMillis);
    const onTheWay = status.placed - status.consumed;
    $('balance').textContent = onTheWay > 0 ? `${number.format(onTheWay)} on their way`
        : onTheWay < 0 ? `${number.format(-onTheWay)} applied twice`
        : status.placed > 0 ? 'all there, each once' : 'applied to the read model';
    showChart(at);
    showLatest(status.latest);
    showBatch(status);
}

function showChart(now) {
    const chart = $('chart');
    const [width, height, left, bottom] = [chart.clientWidth, chart.clientHeight, 44, 18];
    const end = Math.floor(now / 1000) * 1000;
    const lines = SERIES.map(series =>
        Array.from({ length: CHART_SECONDS }, (_, i) => rate(series, end - (CHART_SECONDS - 1 - i) * 1000)));
    const peak = Math.max(10, ...lines.flat());
    const unit = 10 ** Math.floor(Math.log10(peak));
    const top = [1, 2, 4, 5, 8, 10].map(factor => factor * unit).find(value => value >= peak);
    const y = value => height - bottom - value / top * (height - bottom - 8);
    const x = i => left + i / (CHART_SECONDS - 1) * (width - left - 4);

    chart.setAttribute('viewBox', `0 0 ${width} ${height}`);
    chart.replaceChildren();
    for (const value of [0, top / 2, top]) {
        chart.append(element('line', { class: 'grid', x1: left, x2: width, y1: y(value), y2: y(value) }));
        chart.append(element('text', { x: left - 8, y: y(value) + 4, 'text-anchor': 'end' }, number.format(value)));
    }
    chart.append(element('text', { x: left, y: height - 2 }, '60 s ago'));
    chart.append(element('text', { x: width - 4, y: height - 2, 'text-anchor': 'end' }, 'now'));
    SERIES.forEach((series, s) => chart.append(element('polyline', {
        class: `series ${series}`,
        points: lines[s].map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' '),
    })));
}

function step(stage, done, text) {
    const cell = element('td');
    cell.append(element('span', { class: `step ${stage}${done ? ' done' : ''}` }, text));
    return cell;
}

function showLatest(latest) {
    if (latest.length === 0) return;
    $('latest').replaceChildren(...latest.map(order => {
        const row = element('tr');
        const id = element('td');
        const link = element('a', { href: `/orders/${order.orderId}` });
        link.append(element('code', { title: order.orderId }, order.orderId.slice(0, 8)));
        id.append(link);
        // An order that was consumed was published, seen or not.
        const published = order.publishedMillis !== null || order.consumedMillis !== null;
        const after = millis => millis === null ? '' : `after ${duration(millis)}`;
        row.append(
            id,
            element('td', {}, order.customerId),
            element('td', {}, `${order.quantity} × ${order.sku}`),
            step('placed', true, new Date(order.placedAt).toLocaleTimeString('en-GB')),
            step('published', published, after(order.publishedMillis) || (published ? 'yes' : 'waiting')),
            step('consumed', order.consumedMillis !== null, after(order.consumedMillis) || 'waiting'));
        return row;
    }));
}

// ---- actions -------------------------------------------------------------------------------------------------------

function showBatch(status) {
    if (!batch) return;
    const failed = status.demo.failed - batch.failedBefore;
    // Not only what is waiting: this status may be from before the batch was accepted.
    const toPlace = Math.max(status.demo.waiting, batch.placedAfter - status.placed - failed);
    $('batch-progress').value = Math.max(0, batch.size - toPlace) / batch.size;
    if (toPlace > 0) {
        $('batch-note').textContent = `${number.format(Math.min(toPlace, batch.size))} orders to place`;
    } else if (status.consumed >= status.placed) {
        const seconds = ((performance.now() - batch.started) / 1000).toFixed(1);
        $('batch-note').textContent = failed > 0
            ? `${number.format(failed)} orders could not be placed; see the log.`
            : `${number.format(batch.size)} orders placed, published and consumed in ${seconds} s.`;
        $('batch-progress').hidden = true;
        batch = null;
    } else {
        $('batch-note').textContent = 'All placed; the last events are on their way.';
    }
}

$('batch').addEventListener('click', async () => {
    $('batch').disabled = true;
    try {
        const before = await (await fetch('/demo/status')).json();
        const response = await fetch('/demo/orders?count=1000', { method: 'POST' });
        const answer = await response.json();
        if (!response.ok) throw new Error(answer.detail);
        batch = {
            size: (batch ? before.demo.waiting : 0) + answer.accepted,
            started: performance.now(),
            placedAfter: before.placed + before.demo.waiting + answer.accepted,
            failedBefore: before.demo.failed,
        };
        $('batch-progress').hidden = false;
        $('batch-note').textContent = `${number.format(batch.size)} orders to place`;
    } catch (failure) {
        $('batch-note').textContent = `Not accepted: ${failure.message}`;
    } finally {
        $('batch').disabled = false;
    }
});

function showErrors(errors) {
    for (const field of ['customerId', 'sku', 'quantity']) {
        const messages = errors.filter(error => error.field === field).map(error => error.message);
        $(`${field}-error`).textContent = messages.join(', ');
        $(field).setAttribute('aria-invalid', String(messages.length > 0));
    }
    const first = errors.find(error => $(error.field));
    if (first) $(first.field).focus();
}

$('order').addEventListener('submit', async event => {
    event.preventDefault();
    const form = new FormData(event.target);
    const order = {
        customerId: form.get('customerId'),
        sku: form.get('sku'),
        quantity: form.get('quantity') === '' ? null : Number(form.get('quantity')),
    };
    showErrors([]);
    $('order-note').textContent = '';
    try {
        const response = await fetch('/orders', {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(order),
        });
        const answer = await response.json();
        if (response.ok) $('order-note').textContent = `Order ${answer.orderId.slice(0, 8)} is placed.`;
        else if (answer.errors) showErrors(answer.errors);
        else $('order-note').textContent = `Not placed: ${answer.detail ?? answer.error}`;
    } catch (failure) {
        $('order-note').textContent = 'Not placed: the storefront does not answer.';
    }
});

// ---- polling -------------------------------------------------------------------------------------------------------

async function poll() {
    if (!document.hidden) {
        try {
            const response = await fetch('/demo/status', { signal: AbortSignal.timeout(5_000) });
            if (!response.ok) throw new Error(`status ${response.status}`);
            show(await response.json());
            link('up', 'Live');
        } catch (failure) {
            link('down', 'No connection; trying again');
        }
    }
    setTimeout(poll, POLL_MILLIS);
}

function link(state, text) {
    if ($('link').textContent === text) return;
    $('link').className = `link ${state}`;
    $('link').textContent = text;
}

poll();
