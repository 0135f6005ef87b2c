def kern(name, doc, st, body, gather, stepped=True):
    src='src'; 
    return f'''
/** {doc} */
function {name}(
  src: {st},
  indices: IndexBlock,
  count: number,
  stride: number,
  offset: number,
  dst: {st},
  step: number,
  to: number,
): void {{
  for (let i = 0, at = to; i < count; i++, at += step) {body}
}}
'''
