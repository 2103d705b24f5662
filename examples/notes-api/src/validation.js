// What a note must look like. All that is wrong is said at once.
const limits = { notebook: 40, title: 100, text: 10_000 }

export const readNote = (body) => {
  let value
  try {
    value = JSON.parse(body)
  } catch {
    return { errors: [{ field: 'body', message: 'must be JSON' }] }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { errors: [{ field: 'body', message: 'must be a JSON object' }] }
  }
  const note = { notebook: 'inbox', text: '', ...value }
  const errors = [
    ...Object.entries(limits).flatMap(([field, limit]) => checkText(field, note[field], limit)),
    ...Object.keys(note).filter((field) => !(field in limits)).map((field) => ({ field, message: 'is not known' })),
  ]
  return errors.length > 0 ? { errors } : { note }
}

const checkText = (field, value, limit) => {
  if (value === undefined) return [{ field, message: 'is required' }]
  if (typeof value !== 'string') return [{ field, message: 'must be a text' }]
  if (field !== 'text' && value.trim() === '') return [{ field, message: 'must not be empty' }]
  if (value.length > limit) return [{ field, message: `must have at most ${limit} characters` }]
  return []
}
