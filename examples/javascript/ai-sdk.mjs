// The AI SDK: a stream, and a text that goes on from it. Needs the profile ga:
//   azure-openai-mock exec --profile ga -- node ai-sdk.mjs
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, streamText } from 'ai';

const provider = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: process.env.OPENAI_API_KEY });
const model = provider.responses('gpt-4o');

const stream = streamText({ model, prompt: 'Say hello.' });
let told = '';
for await (const delta of stream.textStream) told += delta;
const { id } = await stream.response;

const second = await generateText({ model, prompt: 'Once more.', providerOptions: { openai: { previousResponseId: id } } });
if (!told || !second.text) throw new Error('nothing was said');
console.log(second.finishReason, second.text);
