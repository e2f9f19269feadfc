// What `fetch` of Node.js reaches: the metadata service and Azure through the proxy, this machine directly, and nobody else.
const resource = 'resource=https://ai.azure.com';
const token = await fetch(`http://169.254.169.254/metadata/identity/oauth2/token?${resource}`, { headers: { Metadata: 'true' } });
const { access_token } = await token.json();
const answer = await fetch('https://my-resource.openai.azure.com/openai/v1/responses?api-version=preview', {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${access_token}` },
  body: JSON.stringify({ model: 'gpt-4o', input: 'hi' }),
});
const here = await fetch(process.env.IDENTITY_ENDPOINT);
const there = (url) => fetch(url).then((found) => found.status, () => 'refused');
console.log((await answer.json()).status, here.status, await there('http://example.com/'), await there('https://example.com/'));
