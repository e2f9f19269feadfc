// Production code: an endpoint of Azure's, a credential of whatever machine it runs on, and a chain of two turns.
import { DefaultAzureCredential, getBearerTokenProvider } from '@azure/identity';
import { AzureOpenAI } from 'openai';

const credential = new DefaultAzureCredential();
const client = new AzureOpenAI({
  endpoint: 'https://my-resource.openai.azure.com',
  azureADTokenProvider: getBearerTokenProvider(credential, 'https://cognitiveservices.azure.com/.default'),
  apiVersion: '2025-03-01-preview',
});

const first = await client.responses.create({ model: 'gpt-4o', input: 'Summarise the plot of Dune.' });
const second = await client.responses.create({
  model: 'gpt-4o',
  previous_response_id: first.id,
  input: 'Why is spice so valuable?',
});
if (second.previous_response_id !== first.id) throw new Error('the chain is broken');
console.log(second.status, second.output_text);
