// A stream, and a turn that follows it. Needs the profile ga:
//   azure-openai-mock exec --profile ga -- node openai.mjs
import OpenAI from 'openai';

const client = new OpenAI(); // OPENAI_BASE_URL and OPENAI_API_KEY are in the environment

let id;
let told = '';
for await (const event of await client.responses.create({ model: 'gpt-4o', input: 'Say hello.', stream: true })) {
  if (event.type === 'response.output_text.delta') told += event.delta;
  if (event.type === 'response.completed') id = event.response.id;
}
const second = await client.responses.create({ model: 'gpt-4o', previous_response_id: id, input: 'Once more.' });
if (!told || second.previous_response_id !== id) throw new Error('the chain is broken');
console.log(second.status, second.output_text);
