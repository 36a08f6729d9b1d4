import './desk-app.ts'
